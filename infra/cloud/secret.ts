/** Passwords that nobody has to choose or type: generated, and kept in Secrets Manager. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

export interface GeneratedSecretArgs {
  /** Whose password it is, for who reads the list of secrets. */
  description: string;
  /** ARN of the KMS key that it is encrypted with. */
  kmsKeyArn: pulumi.Input<string>;
  username: string;
  /** What else a client needs to connect, kept beside the password. */
  fields?: Record<string, pulumi.Input<string | number>>;
  /** A password that is there already, such as that of another region; default one generated here. */
  password?: pulumi.Input<string>;
  /** Characters of the password, default 48. */
  length?: number;
  /** Characters it may have beside letters and digits, default none, so that it fits into any address. */
  characters?: string;
  /**
   * Whether the secret is protected, and recoverable for 30 days once it is deleted; default false, which
   * is 7 days, the least that AWS keeps one.
   */
  protect?: boolean;
}

export interface GeneratedSecret {
  readonly arn: pulumi.Output<string>;
  /** A Pulumi secret. */
  readonly password: pulumi.Output<string>;
  /** Until it is made, the secret has no value to be read. */
  readonly ready: pulumi.Resource;
}

/** A secret whose value is JSON: `{ username, password, …fields }`. */
export function generatedSecret(
  name: string,
  args: GeneratedSecretArgs,
  options: pulumi.CustomResourceOptions,
): GeneratedSecret {
  const { description, kmsKeyArn, username, fields, length = 48, characters, protect = false } = args;
  const generate = () =>
    new random.RandomPassword(
      name,
      { length, special: Boolean(characters), ...(characters && { overrideSpecial: characters }) },
      { ...options, protect },
    ).result;
  const password = pulumi.secret(args.password ?? generate());
  const secret = new aws.secretsmanager.Secret(
    name,
    { description, kmsKeyId: kmsKeyArn, recoveryWindowInDays: protect ? 30 : 7 },
    { ...options, protect },
  );
  const ready = new aws.secretsmanager.SecretVersion(
    name,
    { secretId: secret.arn, secretString: pulumi.jsonStringify({ username, password, ...fields }) },
    options,
  );
  return { arn: secret.arn, password, ready };
}
