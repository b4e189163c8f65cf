// What `flipside fit` warns of goes to the standard error and onto the page.
import { describe, expect, test } from "vitest";
import { Workplace } from "../../support/cli.ts";

const place = new Workplace();
const rows = Array.from({ length: 12 }, (_, i) => `${i % 5},${(i * 7) % 3},4,${2 * (i % 5) + 1}`);
place.write("data.csv", `first,second,still,answer\n${rows.join("\n")}\n`);
const common = ["fit", "data.csv", "--target", "answer", "-p", "l1"];

describe("warnings of flipside fit", () => {
  test("name the columns, on the standard error and on the page", async () => {
    const { code, err, out } = await place.run([...common, "-l", "0.1", "--report", "page.html"]);
    const sentence = "1 column of x has no variance and the coefficient 0: still";
    expect({ code, err }).toEqual({ code: 0, err: `flipside: warning ZERO_VARIANCE_COLUMNS: ${sentence}\n` });
    expect(out).not.toContain("warning");
    expect(place.read("page.html")).toContain(`ZERO_VARIANCE_COLUMNS: ${sentence}.`);
  });

  test("of a path each once, and with --quiet none", async () => {
    const { err } = await place.run([...common, "--path", "--lambda", "1000"]);
    expect(err.trim().split("\n")).toEqual([
      expect.stringMatching(/^flipside: warning ZERO_VARIANCE_COLUMNS: /),
      expect.stringMatching(
        /^flipside: warning LAMBDA_ABOVE_MAX: every coefficient is 0, because lambda is 1000 /,
      ),
    ]);
    expect((await place.run([...common, "--lambda", "1000", "--quiet"])).err).toBe("");
  });

  test("a fit in order says nothing", async () => {
    const args = ["fit", "data.csv", "--target", "answer", "-p", "l1", "-l", "0.1", "--exclude", "still"];
    expect((await place.run(args)).err).toBe("");
  });
});
