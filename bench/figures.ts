// npm run figures: draws the pictures of bench/results with the command line, as a user would. All but that of agreement,
// which shows measured times, are the same each time.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { packageRoot } from "./drivers/native.ts";

const pictures: readonly string[][] = [
  ["figure", "penalties", "-o", "penalties.svg"],
  ["figure", "penalties", "-o", "penalties.png", "--scale", "1.5"],
  ["duality", "--strategy", "hardConcrete", "-o", "hardConcrete.svg"],
  ["duality", "--strategy", "hardConcrete", "-o", "hardConcrete.png", "--scale", "1.5"],
  ["figure", "agreement", "-o", "agreement.svg"],
  ["figure", "agreement", "-o", "agreement.png", "--scale", "1.5"],
];

const program = fileURLToPath(new URL("dist/cli/main.js", packageRoot));
for (const words of pictures) {
  execFileSync(process.execPath, [program, ...words], {
    cwd: new URL("bench/results/", packageRoot),
    stdio: "inherit",
  });
}
