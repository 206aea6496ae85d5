/** The master user of a cluster that AWS cannot keep the password of. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "./aurora-roles.ts";
import { anywhere, letIn, letOut, securityGroup } from "./firewall.ts";
import { generatedSecret } from "./secret.ts";

/** The master user's name; `admin` and `postgres` are among the first that are tried. */
export const masterUsername = "keelson_master";

/** AWS's own rotation function. Source: Secrets Manager User Guide, "Rotation function templates". */
const rotationApplication =
  "arn:aws:serverlessrepo:us-east-1:297356227824:applications/SecretsManagerRDSPostgreSQLRotationSingleUser";
const rotationVersion = "1.1.618";
/** Days between two passwords, as many as RDS leaves between those it manages itself. */
const rotationDays = 7;

export interface RotatedMasterArgs {
  region: string;
  vpcId: pulumi.Input<string>;
  /** Where the function runs; they need a way to Secrets Manager. */
  subnetIds: pulumi.Input<string>[];
  secretsKeyArn: pulumi.Input<string>;
  /** The first password. */
  password: pulumi.Input<string>;
  connection: Connection;
  port: number;
  databaseSecurityGroupId: pulumi.Input<string>;
  /** Security group of the VPC's endpoint of Secrets Manager. Default none: it is reached by NAT. */
  endpointsSecurityGroupId?: pulumi.Input<string>;
  /** Name of the function, at most 64 characters. */
  functionName: pulumi.Input<string>;
  /** The instance that takes the new password. */
  writer: pulumi.Resource;
  protect: boolean;
}

/**
 * A secret with the master user's password, which AWS's own function replaces every 7 days, for the first
 * time when the cluster is there. The password in Pulumi's state is then no longer the present one.
 *
 * @returns the secret's ARN
 */
export function rotatedMaster(
  name: string,
  args: RotatedMasterArgs,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { secretsKeyArn, password, connection, protect, writer } = args;
  const secret = generatedSecret(
    name,
    {
      description: `Master user of ${name}, rotated`,
      kmsKeyArn: secretsKeyArn,
      username: masterUsername,
      password,
      fields: connection,
      protect,
    },
    // A rotated value must not be overwritten with the first one.
    { ...options, ignoreChanges: ["secretString"] },
  );
  new aws.secretsmanager.SecretRotation(
    name,
    {
      secretId: secret.arn,
      rotationLambdaArn: rotationFunction(name, args, options),
      rotationRules: { automaticallyAfterDays: rotationDays },
    },
    { ...options, dependsOn: [secret.ready, writer] },
  );
  return secret.arn;
}

function rotationFunction(
  name: string,
  args: RotatedMasterArgs,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const stack = new aws.serverlessrepository.CloudFormationStack(
    `${name}-rotation`,
    {
      applicationId: rotationApplication,
      semanticVersion: rotationVersion,
      capabilities: ["CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"],
      parameters: {
        functionName: args.functionName,
        endpoint: `https://secretsmanager.${args.region}.amazonaws.com`,
        vpcSubnetIds: pulumi.all(args.subnetIds).apply((ids) => ids.join()),
        vpcSecurityGroupIds: rotationSecurityGroup(`${name}-rotation`, args, options),
        kmsKeyArn: args.secretsKeyArn,
        // What RDS does not accept in a master password.
        excludeCharacters: "/@\"' \\",
      },
    },
    options,
  );
  return stack.outputs.apply(({ RotationLambdaARN }) => RotationLambdaARN ?? "");
}

function rotationSecurityGroup(
  name: string,
  { vpcId, databaseSecurityGroupId, endpointsSecurityGroupId, port }: RotatedMasterArgs,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const id = securityGroup(name, { description: `Rotation ${name}`, vpcId }, options);
  const secretsManager = endpointsSecurityGroupId ?? anywhere;
  letOut(
    `${name}-to-database`,
    { of: id, peer: databaseSecurityGroupId, port, description: "To the database" },
    options,
  );
  letOut(
    `${name}-to-secrets`,
    { of: id, peer: secretsManager, port: 443, description: "To Secrets Manager" },
    options,
  );
  if (endpointsSecurityGroupId) {
    letIn(
      `${name}-into-endpoints`,
      { of: endpointsSecurityGroupId, peer: id, port: 443, description: "From the rotation" },
      options,
    );
  }
  letIn(
    `${name}-into-database`,
    { of: databaseSecurityGroupId, peer: id, port, description: "From the rotation" },
    options,
  );
  return id;
}
