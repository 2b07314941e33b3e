/**
 * Random small programs over tensors, to be run in several ways that must agree: ops, assignments to variables, loops,
 * gradients, one inside the other.
 *
 * @module
 */
import { scan, whileLoop } from "../../src/engine/control_flow.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { type Tensor, tf, type Variable } from "../../src/engine/tf.ts";

/** Every value has this shape. */
export const SHAPE: [number, number] = [3, 3];

/** Arguments of a program. */
export const ARGUMENTS = 2;

/** Variables of a program. */
export const VARIABLES = 2;

/** From two values of the shape another one, never far from 0, so that rounding stays small. */
const OPS: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
  add: (a, b) => tf.mul(tf.add(a, b), 0.5),
  sub: (a, b) => tf.mul(tf.sub(a, b), 0.5),
  mul: (a, b) => tf.tanh(tf.mul(a, b)),
  div: (a, b) => tf.div(a, tf.add(tf.square(b), 1)),
  matMul: (a, b) => tf.tanh(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D)),
  squaredDifference: (a, b) => tf.tanh(tf.squaredDifference(a, b)),
  maximum: (a, b) => tf.maximum(a, b),
  minimum: (a, b) => tf.minimum(a, b),
  where: (a, b) => tf.where(tf.eye(3, 3).cast("bool"), tf.sin(a), tf.cos(b)),
  concat: (a, b) => tf.slice(tf.concat([a, b], 0), [2, 0], SHAPE),
  stack: (a, b) => tf.mean(tf.stack([a, b]), 0),
  tanh: (a) => tf.tanh(a),
  sigmoid: (a) => tf.sigmoid(a),
  relu: (a) => tf.relu(tf.add(a, 0.1)),
  leakyRelu: (a) => tf.leakyRelu(a, 0.2),
  elu: (a) => tf.elu(a),
  softplus: (a) => tf.tanh(tf.softplus(a)),
  abs: (a) => tf.abs(a),
  exp: (a) => tf.exp(tf.neg(tf.square(a))),
  log: (a) => tf.log(tf.add(tf.square(a), 1)),
  sqrt: (a) => tf.sqrt(tf.add(tf.square(a), 0.5)),
  clip: (a) => tf.clipByValue(a, -0.6, 0.7),
  transpose: (a) => tf.transpose(a),
  reverse: (a) => tf.reverse(a, 1),
  gather: (a) => tf.gather(a, tf.tensor1d([2, 0, 2], "int32")),
  pad: (a) =>
    tf.slice(tf.pad(a as tf.Tensor2D, [[1, 0], [0, 1]]), [0, 1], SHAPE),
  cumsum: (a) => tf.tanh(tf.cumsum(a, 0)),
  softmax: (a) => tf.softmax(a),
  logSumExp: (a) => tf.tanh(tf.add(a, tf.logSumExp(a, 1, true))),
  mean: (a, b) => tf.sub(a, tf.mean(b, 0, true)),
  reshape: (a) => tf.reshape(tf.transpose(tf.reshape(a, [9, 1])), SHAPE),
};

/** One line of a program; whole numbers are places of values that are there already. */
type Line =
  | { kind: "op"; name: string; a: number; b: number }
  | { kind: "assign"; variable: number; value: number }
  | { kind: "read"; variable: number }
  | {
    kind: "scan";
    initial: number;
    rows: number[];
    reverse: boolean;
    body: Line[];
  }
  | { kind: "while"; initial: number; limit: number; body: Line[] }
  | { kind: "grad"; of: number; body: Line[] };

/** Where a line may stand. */
interface Place {
  /** How many loops and gradients are around it. */
  depth: number;
  /** A gradient is around it, so that a gradient of its own is a second one. */
  inGradient: boolean;
  /** No loops: a gradient of a gradient of a loop is refused. */
  withoutLoops: boolean;
  /** No assignments: they must not be in loops. */
  withoutAssignments: boolean;
}

/**
 * @param seed Which program.
 * @returns Its lines.
 */
export function randomProgram(seed: number): Line[] {
  const random = new RandomStream(seed, "program");
  let draws = 0;
  const below = (limit: number): number =>
    Math.floor(random.uniformAt(draws++) * limit);
  const pick = <Item>(items: readonly Item[]): Item =>
    items[below(items.length)]!;

  const block = (length: number, values: number, place: Place): Line[] => {
    const lines: Line[] = [];
    const any = (): number => below(values);
    const inside = (more: Partial<Place>): Place => ({
      ...place,
      depth: place.depth + 1,
      ...more,
    });
    for (let i = 0; i < length; i++) {
      const chance = below(20);
      const mayNest = place.depth < 2;
      if (chance < 2 && mayNest && !place.withoutLoops) {
        const body = block(3, values + 2, inside({ withoutAssignments: true }));
        lines.push(
          chance === 0
            ? { kind: "while", initial: any(), limit: below(4), body }
            : {
              kind: "scan",
              initial: any(),
              rows: [any(), any(), any()],
              reverse: below(2) === 1,
              body,
            },
        );
      } else if (chance < 4 && mayNest) {
        const body = block(
          3,
          values + 1,
          inside({
            inGradient: true,
            withoutLoops: place.withoutLoops || place.inGradient,
          }),
        );
        lines.push({ kind: "grad", of: any(), body });
      } else if (chance < 6 && !place.withoutAssignments) {
        lines.push({
          kind: "assign",
          variable: below(VARIABLES),
          value: any(),
        });
        continue;
      } else if (chance < 8) {
        lines.push({ kind: "read", variable: below(VARIABLES) });
      } else {
        lines.push({
          kind: "op",
          name: pick(Object.keys(OPS)),
          a: any(),
          b: any(),
        });
      }
      values++;
    }
    return lines;
  };
  return block(8, ARGUMENTS, {
    depth: 0,
    inGradient: false,
    withoutLoops: false,
    withoutAssignments: false,
  });
}

/**
 * @param lines A program.
 * @param args Its arguments.
 * @param variables Its variables.
 * @returns Its last three values, and the sum of all.
 */
export function runProgram(
  lines: readonly Line[],
  args: readonly Tensor[],
  variables: readonly Variable[],
): Tensor[] {
  const values = runLines(lines, args, variables);
  return [...values.slice(-3), tf.addN(values)];
}

function runLines(
  lines: readonly Line[],
  start: readonly Tensor[],
  variables: readonly Variable[],
): Tensor[] {
  const values = [...start];
  for (const line of lines) {
    const before = [...values]; // a step is taken again on the way back, when there are more
    const last = (body: readonly Line[], ...more: Tensor[]): Tensor =>
      tf.tanh(runLines(body, [...before, ...more], variables).at(-1)!);
    switch (line.kind) {
      case "op":
        values.push(OPS[line.name]!(values[line.a]!, values[line.b]!));
        break;
      case "assign":
        variables[line.variable]!.assign(tf.clone(values[line.value]!));
        break;
      case "read":
        values.push(tf.clone(variables[line.variable]!));
        break;
      case "scan": {
        const rows = tf.stack(line.rows.map((place) => values[place]!));
        const [state, sums] = scan(
          (state: Tensor, row: Tensor) => {
            const next = last(line.body, state, row);
            return [next, tf.add(tf.mul(next, 0.5), tf.mul(row, 0.25))];
          },
          values[line.initial]!,
          rows,
          { reverse: line.reverse },
        );
        values.push(tf.add(tf.mul(state, 0.5), tf.mul(tf.mean(sums, 0), 0.5)));
        break;
      }
      case "while": {
        const { value } = whileLoop(
          ({ count }: { count: Tensor; value: Tensor }) =>
            tf.less(count, tf.scalar(line.limit, "int32")),
          ({ count, value }) => ({
            count: tf.add(count, tf.scalar(1, "int32")),
            value: last(line.body, value, tf.mul(value, 0.5)),
          }),
          {
            count: tf.scalar(0, "int32") as Tensor,
            value: values[line.initial]!,
          },
          { maxIterations: 3 },
        );
        values.push(value);
        break;
      }
      case "grad": {
        const slope = tf.grad((x) =>
          tf.sum(tf.add(last(line.body, x), tf.mul(x, 0.1)))
        )(values[line.of]!);
        values.push(tf.tanh(slope));
        break;
      }
    }
  }
  return values;
}
