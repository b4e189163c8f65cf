// What the kernel of the products does on the shapes of the network by itself.
export function kernelRate(_threads: number): number | undefined {
  return undefined;
}
