// multiTask at fitted values: 1/(2n) |Y - F|^2, n the rows.
import { expect, test } from "vitest";
import { dotOf, lossWithOutputs } from "../../support/losses.ts";
import { Random } from "../../support/random.ts";

test("value, residuals, curvature, Hessian and dual", () => {
  const random = new Random(1);
  const [rows, outputs] = [7, 3];
  const n = rows * outputs;
  const [fitted, y, direction] = [random.normals(n), random.normals(n), random.normals(n)];
  const given = { loss: "multiTask", outputs, fitted, y, intercept: true };
  const at = lossWithOutputs({ ...given, direction });
  const sum = y.reduce((total, value, i) => total + (value - (fitted[i] as number)) ** 2, 0);
  expect(at.value).toBeCloseTo(sum / (2 * rows), 14);
  at.residual.forEach((r, i) => {
    // -N dL/df = (N / n) (y - f)
    expect(r).toBeCloseTo(outputs * ((y[i] as number) - (fitted[i] as number)), 14);
    expect(at.image[i]).toBeCloseTo(outputs * (direction[i] as number), 14);
  });
  expect([...at.curvature]).toEqual(new Array(n).fill(outputs));
  const product = dotOf(fitted, at.residual) / n;
  expect(at.dual - product).toBeCloseTo(at.value, 13);
  const part = lossWithOutputs({ ...given, share: 0.5 });
  expect(part.dual - 0.5 * product).toBeLessThan(at.value);
});
