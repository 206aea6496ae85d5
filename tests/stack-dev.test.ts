/** Stack `dev`, from nothing to nothing. The other stacks' lives are in `stacks/`. */

import { edits } from "./stack-edits.ts";
import { describeLife } from "./stack-life.ts";

describeLife("dev", edits("dev"));
