// The declarations that npm delivers stand for themselves, without what is marked internal.
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { root } from "../support/child.ts";

test("dist/index.d.ts and all that it leads to have no error", () => {
  const program = ts.createProgram([join(root, "dist/index.d.ts")], {
    strict: true,
    noEmit: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    skipLibCheck: false,
  });
  const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(join(root, "dist")));
  expect(own.length).toBeGreaterThan(10);
  const errors = own.flatMap((file) => ts.getPreEmitDiagnostics(program, file));
  expect(errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
}, 60_000);
