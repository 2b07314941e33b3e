/** Prints what findTensorFlow() finds or throws, in a process whose folder and variables a test has set. */
import {
  findTensorFlow,
  LibraryNotFoundError,
} from "../../../src/engine/tensorflow/library.ts";

try {
  console.log(JSON.stringify({ found: findTensorFlow() }));
} catch (error) {
  if (!(error instanceof LibraryNotFoundError)) throw error;
  const { message, searched, explicit } = error;
  console.log(JSON.stringify({ message, searched, explicit }));
}
