/** Names that must be known before what bears them is made. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/**
 * `<name>-<8 digits>`, for what the provider's own naming does not serve: another resource, such as the log
 * group that AWS writes to, has to be there under a name made of it first.
 *
 * @param keepers what the bearer is replaced by: a change gives the replacement another name
 */
export function uniqueName(
  name: string,
  keepers: Record<string, pulumi.Input<string>>,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  return pulumi.interpolate`${name}-${new random.RandomId(name, { byteLength: 4, keepers }, options).hex}`;
}
