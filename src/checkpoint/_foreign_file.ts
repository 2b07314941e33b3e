/**
 * Files that are taken for safetensors by mistake, told by how they start.
 *
 * @module
 */

/** How a file starts, and what it is. */
const KINDS: readonly (readonly [start: string, what: string])[] = [
  ["\x89HDF\r\n\x1A\n", "it is HDF5, as in .h5 of Keras"],
  ["PK\x03\x04", "it is a ZIP archive, as in .keras, .npz and .pt"],
  ["\x80\x02", "it is a pickle, as in old .pt of PyTorch"],
  ["GGUF", "it is GGUF"],
  ["\x89PNG\r\n\x1A\n", "it is a PNG picture"],
  ["\x1F\x8B", "it is packed by gzip; unpack it first"],
  ["%PDF-", "it is a PDF document"],
  ["\x93NUMPY", "it is an array of NumPy, as in .npy"],
  [
    "version https://git-lfs",
    "it is a pointer of Git LFS; fetch the file itself with git lfs pull",
  ],
];

/**
 * Recognises files of other kinds.
 *
 * @param bytes The file.
 * @returns What it is; undefined if it may be safetensors.
 */
export function foreignFile(bytes: Uint8Array): string | undefined {
  if (bytes[8] === 0x7B) return undefined; // "{", where the header starts
  const start = String.fromCharCode(...bytes.subarray(0, 32));
  return KINDS.find(([magic]) => start.startsWith(magic))?.[1];
}
