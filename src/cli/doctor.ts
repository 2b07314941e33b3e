/**
 * `deno task doctor`: prints which engines work on this machine.
 *
 * @module
 */
import { doctor } from "../engine/doctor.ts";

if (import.meta.main) console.log((await doctor()).toString());
