/** The escape hatch of every component: a function for each main resource's arguments. */

/**
 * Sets what a component did not foresee. Gets the arguments as the component made them and returns those
 * to use instead, for example `(args) => ({ ...args, maintenanceWindow: "sun:04:00-sun:05:00" })`.
 */
export type Transform<Args> = (args: Args) => Args;

/** @returns `args` as `transform` made them, or as they are where there is none */
export function transformed<Args>(args: Args, transform: Transform<Args> | undefined): Args {
  return transform ? transform(args) : args;
}
