// npm run case-study: sparse training of LeNet-300-100 with every method, as published. The whole of it writes
// bench/results/case-study.{json,md,svg,png} (or case-study-<data>.*), a part of it build/caseStudy unless --out says where.
import { CommanderError } from "commander";
import { FlipsideError } from "flipside";
import { runStudy } from "./command.ts";

try {
  await runStudy(process.argv.slice(2));
} catch (error) {
  // Which has been said already.
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else if (error instanceof FlipsideError) {
    console.error(`case-study: ${error.message} (${error.code})`);
    process.exitCode = 1;
  } else throw error;
}
