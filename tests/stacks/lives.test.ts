import { edits } from "../stack-edits.ts";
import { describeLife } from "../stack-life.ts";

describeLife("staging", edits("staging"));
describeLife("prod", edits("prod"));
