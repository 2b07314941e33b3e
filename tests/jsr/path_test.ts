// Where @std/path 1.1.6 and Node differ, or a caller may guess wrong. POSIX paths only: on Windows Node's rules hold.
import { assertEquals, assertThrows } from "@std/assert";
import {
  basename,
  dirname,
  extname,
  fromFileUrl,
  isAbsolute,
  join,
  normalize,
  parse,
  relative,
  resolve,
  toFileUrl,
} from "@std/path";

const ignore = Deno.build.os === "windows";

Deno.test(
  { name: "basename() takes a suffix off longer names only", ignore },
  () => {
    assertEquals(basename("/sea/whale.txt", ".txt"), "whale");
    assertEquals(basename("/sea/.txt", ".txt"), ".txt");
    assertEquals(basename("/sea/whale.txt/"), "whale.txt");
    assertEquals(basename("/"), "/");
    assertEquals(basename(""), "");
    assertEquals(
      basename(new URL("file:///sea/white%20whale.txt")),
      "white whale.txt",
    );
  },
);

Deno.test(
  { name: "dirname() and parse() drop doubled separators", ignore },
  () => {
    assertEquals(dirname("/sea//whale"), "/sea");
    assertEquals(dirname("//whale"), "/");
    assertEquals(dirname("whale"), ".");
    assertEquals(parse("/sea//whale.tar.gz"), {
      root: "/",
      dir: "/sea",
      base: "whale.tar.gz",
      ext: ".gz",
      name: "whale.tar",
    });
    assertEquals(parse("/"), {
      root: "/",
      dir: "/",
      base: "/",
      ext: "",
      name: "",
    });
  },
);

Deno.test({ name: "extname() takes a leading dot for a name", ignore }, () => {
  assertEquals(
    [".bashrc", "a.b.c", "a.", "a/b.c/d"].map((path) => extname(path)),
    ["", ".c", ".", ""],
  );
});

Deno.test(
  { name: "join(), normalize() and resolve() take dots away", ignore },
  () => {
    assertEquals(join("a", "..", "..", "b"), "../b");
    assertEquals(join("", ""), ".");
    assertEquals(join(new URL("file:///sea/"), "whale"), "/sea/whale");
    assertEquals(normalize("./a//b/./c/.."), "a/b");
    assertEquals(resolve("/a", "b", "/c", "d"), "/c/d");
    assertEquals(resolve("x"), join(Deno.cwd(), "x"));
    assertEquals(relative("/a/b", "/a/c/d"), "../c/d");
    assertEquals([isAbsolute("/a"), isAbsolute("a")], [true, false]);
  },
);

Deno.test({
  name: "toFileUrl() and fromFileUrl() keep every character",
  ignore,
}, () => {
  for (
    const path of [
      "/a b",
      "/50%",
      "/a%20b",
      "/a#b?c",
      "/back\\slash",
      "/é漢🐋",
      "/tab\tline\n",
    ]
  ) {
    assertEquals(fromFileUrl(toFileUrl(path)), path);
  }
  assertEquals(toFileUrl("//a").href, "file:///a");
  assertEquals(fromFileUrl("file:///%2Fa%"), "//a%");
});

Deno.test({
  name: "toFileUrl() refuses a relative path and fromFileUrl() another scheme",
  ignore,
}, () => {
  assertThrows(
    () => toFileUrl("whale"),
    TypeError,
    'Path must be absolute: received "whale"',
  );
  assertThrows(
    () => fromFileUrl("https://a/b"),
    TypeError,
    'URL must be a file URL: received "https:"',
  );
});
