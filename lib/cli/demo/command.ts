import type { Io } from "../io.js";
export async function demoCommand(_page: string, _io: Io): Promise<number> {
  return 0;
}
