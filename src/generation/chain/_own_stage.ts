/**
 * A stage of the caller's, watched at its work.
 *
 * @module
 */
import { shownResult } from "../../text/refusal.ts";
import type { Candidates } from "./candidates.ts";
import type { OwnStage } from "./chain_options.ts";
import type { ChainStage, RowStage } from "./stage.ts";

/**
 * Makes a stage of a chain.
 *
 * @param own The caller's.
 * @returns The stage, which refuses what is no distribution afterwards.
 * @throws {TypeError} If it has no name or no function.
 */
export function ownStage(own: OwnStage): ChainStage {
  if (
    typeof own !== "object" || own === null ||
    typeof own.apply !== "function" ||
    typeof own.name !== "string" || own.name === "" ||
    !["undefined", "function"].includes(typeof own.start)
  ) {
    throw new TypeError(
      `Cannot sample: a stage must be a name, or an object with a name and a function apply: ${
        own === null ? "null" : typeof own
      }`,
    );
  }
  const watch =
    (stage: Pick<RowStage, "apply">) => (candidates: Candidates) => {
      refusePromise(stage.apply(candidates), own.name);
      candidates.touch();
      checkDistribution(candidates, own.name);
    };
  const { start } = own;
  return {
    name: own.name,
    description: own.description ?? own.name,
    apply: watch(own),
    ...start !== undefined && {
      start(random) {
        const row = checkedRow(start.call(own, random), own.name);
        return {
          apply: watch(row),
          ...row.chosen !== undefined && {
            chosen: (id, probability) =>
              refusePromise(row.chosen!(id, probability), own.name),
          },
        };
      },
    },
  };
}

/** Refuses what cannot work on a text. */
function checkedRow(row: unknown, name: string): RowStage {
  if (
    typeof row === "object" && row !== null &&
    typeof (row as RowStage).apply === "function"
  ) return row as RowStage;
  throw new TypeError(
    `Cannot sample: start() of the stage "${name}" must give an object with a function apply: ${
      shownResult(row)
    }`,
  );
}

/** Refuses work that would be done after the token is chosen. */
function refusePromise(given: unknown, name: string): void {
  if (!(given instanceof Promise)) return;
  throw new TypeError(
    `Cannot sample: the stage "${name}" must have done its work when it returns, as the token is chosen then: ${
      shownResult(given)
    }; wait for what it needs before the text is written`,
  );
}

/** Removes what has −Infinity now, and refuses what is no score. */
function checkDistribution(candidates: Candidates, name: string): void {
  const { ids, logits, count, position } = candidates;
  let left = 0;
  for (let i = 0; i < count; i++) {
    const [id, score] = [ids[i]!, logits[ids[i]!]!];
    if (!(score < Infinity)) {
      throw new RangeError(
        `Cannot sample token ${position}: the stage "${name}" must leave numbers below Infinity: ${score} for id ${id}`,
      );
    }
    if (score > -Infinity) ids[left++] = id;
  }
  if (left === 0) {
    throw new RangeError(
      `Cannot sample token ${position}: the stage "${name}" must leave a token: every logit is -Infinity`,
    );
  }
  candidates.count = left;
}
