/** Installs with the fake Python of the arguments, as a process of its own that a test can kill. */
import { install } from "../../../src/engine/tensorflow/_installer.ts";
import { acceptLibrary } from "./_fake_python.ts";

const [python, cacheDirectory] = Deno.args;
const result = await install(
  { python: python!, cacheDirectory: cacheDirectory!, gpu: false },
  acceptLibrary,
);
console.log(JSON.stringify(result));
