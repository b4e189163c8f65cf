// node background.js <mode>: a process that ends, or is ended, with fits behind it or under way.
import { fit as fitAsync, fitSync, penalties, threads } from "flipside";
import { verifyExpectation } from "../../dist/expectation.js";
import { endless, type Large, largeProblem } from "../support/longFit.ts";

const mode = process.argv[2];
const small = { x: [[1], [2], [4]], y: [1, 2, 3] };
const options = { penalty: penalties.l1(), lambda: 0.1 };

const large = mode === "natural" || mode === "unawaited" ? undefined : largeProblem(900);

/** A fit that has begun. */
function begin(): Promise<void> {
  return new Promise((resolve) => {
    const convergence = { ...endless.convergence, onProgress: () => resolve() };
    void fitAsync(large as Large, { ...endless, convergence });
  });
}

switch (mode) {
  case "natural":
    await Promise.all([fitAsync(small, options), fitAsync(small, options)]);
    fitSync(small, options);
    console.log(JSON.stringify(threads.activity()));
    break;
  case "unawaited":
    // Nobody waits for it, but a promise that is under way keeps the process until it is settled.
    void fitAsync(small, options).then((fit) => console.log(fit.reason));
    break;
  case "exit":
    await begin();
    process.exit(3);
    break;
  case "exit at once":
    void begin();
    process.exit(3);
    break;
  case "exit in a callback":
    void fitAsync(large as Large, {
      ...endless,
      convergence: { ...endless.convergence, onProgress: () => process.exit(3) },
    });
    break;
  case "exit in an expectation":
    void verifyExpectation(large as Large, {
      coefficients: new Float64Array(900).fill(1),
      variance: 1,
      samples: 2 ** 31 - 1,
      convergence: { onProgress: () => process.exit(3) },
    });
    break;
  case "uncaught":
    await begin();
    setTimeout(() => {
      throw new Error("thrown on purpose");
    });
    break;
  case "signal":
    await begin();
    process.kill(process.pid, "SIGTERM");
    break;
  case "queue":
    for (let k = 0; k < 50; ++k) void begin();
    setTimeout(() => process.exit(3), 50);
    break;
  default:
    throw new Error(`unknown mode ${mode}`);
}
