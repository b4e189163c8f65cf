// Brings a fresh clone to where the library can run: system packages, npm packages, the addon, dist/.
// Plain Node without packages, because it runs before any is installed. Quick when nothing is to do.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

function fail(line) {
  console.error(`flipside setup: ${line}`);
  process.exit(1);
}

function run(command, args, { quiet = false } = {}) {
  const result = spawnSync(command, args, {
    stdio: quiet ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (result.status === 0) return;
  if (quiet) console.error(`${result.stdout ?? ""}${result.stderr ?? ""}`);
  fail(`${command} ${args.join(" ")} failed`);
}

function works(command, args, input = "") {
  return spawnSync(command, args, { input, stdio: ["pipe", "ignore", "ignore"] }).status === 0;
}

/** Debian's name for each tool that the build needs and this machine lacks. */
function missingPackages() {
  const missing = [];
  if (!works("g++", ["--version"])) missing.push("g++");
  if (!works("cmake", ["--version"])) missing.push("cmake");
  if (!works("make", ["--version"]) && !works("ninja", ["--version"])) missing.push("make");
  // Asked of the compiler itself: it knows where it looks.
  const program = "#include <cblas.h>\nint main() { return openblas_get_num_threads() < 0; }\n";
  const hasBlas =
    works("g++", ["-x", "c++", "-", "-o", "/dev/null", "-lopenblas"], program) ||
    works("pkg-config", ["--exists", "openblas"]);
  if (!hasBlas) missing.push("libopenblas-dev");
  const hasHighway =
    works("g++", ["-fsyntax-only", "-x", "c++", "-"], "#include <hwy/highway.h>\n") ||
    works("pkg-config", ["--exists", "libhwy"]);
  if (!hasHighway) missing.push("libhwy-dev");
  return missing;
}

function installSystemPackages() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const root = process.getuid?.() === 0;
  if (!root || !works("apt-get", ["--version"])) {
    fail(`please install ${missing.join(", ")} first (Debian: apt-get install ${missing.join(" ")})`);
  }
  console.log(`flipside setup: installing ${missing.join(", ")}`);
  run("apt-get", ["update"], { quiet: true });
  run("apt-get", ["install", "-y", "--no-install-recommends", ...missing], { quiet: true });
}

function installNpmPackages() {
  const stamp = "node_modules/.package-lock.json";
  const fresh = existsSync(stamp) && statSync(stamp).mtimeMs >= statSync("package-lock.json").mtimeMs;
  if (fresh) return;
  console.log("flipside setup: installing npm packages");
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { quiet: true });
}

const major = Number(process.versions.node.split(".")[0]);
if (major < 20) fail(`Node.js 20 or later is needed, this is ${process.versions.node}`);
installSystemPackages();
installNpmPackages();
console.log("flipside setup: building");
run("npm", ["run", "--silent", "compile"], { quiet: true });
