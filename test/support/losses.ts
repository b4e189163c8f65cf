// The addon's lossAt with several outputs per row, taken apart.
import { native } from "./native.ts";

export interface LossInput {
  readonly loss: string;
  readonly outputs: number;
  /** Rows x outputs, output after output. */
  readonly fitted: Float64Array;
  readonly y: Float64Array;
  readonly weights?: Float64Array | undefined;
  readonly offset?: Float64Array | undefined;
  readonly intercept: boolean;
  readonly share?: number;
  readonly direction?: Float64Array;
}

export function lossWithOutputs(given: LossInput) {
  const out = native.lossAt({ share: 1, ...given });
  const n = given.fitted.length;
  const [value, , dual] = out as unknown as [number, number, number];
  const outputs = given.outputs > 1 ? given.outputs : 0;
  return {
    value,
    dual,
    residual: out.subarray(3, 3 + n),
    curvature: out.subarray(3 + n, 3 + 2 * n),
    /** n times the Hessian times direction. */
    image: out.subarray(3 + 2 * n, out.length - outputs),
    intercepts: out.subarray(out.length - outputs),
  };
}

export const dotOf = (a: Float64Array, b: Float64Array) =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
