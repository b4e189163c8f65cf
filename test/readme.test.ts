// The example in README.md runs as it stands there.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root, runNode, stripTypes } from "./support/child.ts";

/** The fenced blocks that follow the comment `<!-- example -->`. */
function examples(): string[] {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  return [...readme.matchAll(/<!-- example -->\s*```ts\n([\s\S]*?)\n```/g)].map(
    (match) => match[1] as string,
  );
}

describe("README.md", () => {
  test("has an example of at most 20 lines", () => {
    const blocks = examples();
    expect(blocks.length).toBeGreaterThan(0);
    expect(blocks[0]?.split("\n").length).toBeLessThanOrEqual(20);
  });

  test("whose every block runs and prints something", async () => {
    // Under the root, so that "flipside" is this package.
    const directory = join(root, ".cache", "readme");
    mkdirSync(directory, { recursive: true });
    for (const [k, block] of examples().entries()) {
      const file = join(directory, `example${k}.mjs`);
      writeFileSync(file, stripTypes(block));
      const { status, signal, stdout, stderr } = await runNode([file]);
      expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
      expect(stdout.trim()).not.toBe("");
    }
  });
});
