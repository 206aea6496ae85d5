/** A small program that tries the stand-ins with the real engine; `scenario` says what of it there is. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

export interface Scenario {
  /** Default tags of the provider in the east. */
  readonly tags: Readonly<Record<string, string>>;
  /** The VPC's addresses; without them, neither it nor its subnet are declared. */
  readonly cidr?: string;
  /** Whether the subnet is left in AWS when it is not declared any more. */
  readonly retained?: boolean;
  readonly retention: number;
  /** Class of the log group that has a name of the program's choice. */
  readonly logClass: "STANDARD" | "INFREQUENT_ACCESS";
  /** Names of log groups in the east, beside that one. */
  readonly logGroups?: readonly string[];
  /** An argument of theirs that no log group has, whose value is to be kept from whoever reads. */
  readonly secretToken?: string;
  /** Whether there is a resource of a type that has no stand-in. */
  readonly queue?: boolean;
}

const scenario = new pulumi.Config().requireObject<Scenario>("scenario");

const east = new aws.Provider("east", {
  region: "us-east-1",
  allowedAccountIds: ["111122223333"],
  defaultTags: { tags: scenario.tags },
});
const west = new aws.Provider("west", { region: "us-west-2", allowedAccountIds: ["444455556666"] });

function network({ cidr, retained = false }: Scenario) {
  if (!cidr) return {};
  const vpc = new aws.ec2.Vpc("network", { cidrBlock: cidr }, { provider: east });
  const subnet = new aws.ec2.Subnet(
    "subnet",
    { vpcId: vpc.id, cidrBlock: cidr.replace("/16", "/24") },
    { provider: east, retainOnDelete: retained },
  );
  return { vpc: vpc.id, subnet: subnet.id };
}

const { retention, logClass, logGroups = [], secretToken } = scenario;
const automatic = new aws.cloudwatch.LogGroup(
  "automatic",
  { retentionInDays: retention },
  { provider: east },
);
new aws.cloudwatch.LogGroup("fixed", { name: "/test/fixed", logGroupClass: logClass }, { provider: east });
const elsewhere = new aws.cloudwatch.LogGroup("west", { name: "/test/fixed" }, { provider: west });
for (const name of logGroups) {
  const transform: pulumi.ResourceTransform = ({ props, opts }) => ({
    props: { ...props, secretToken },
    opts,
  });
  new aws.cloudwatch.LogGroup(name, { name }, { provider: east, transforms: secretToken ? [transform] : [] });
}
if (scenario.queue) new aws.sqs.Queue("queue", {}, { provider: east });

const password = new random.RandomPassword("password", { length: 20 });
const secret = new aws.secretsmanager.Secret("secret", {}, { provider: east });
new aws.secretsmanager.SecretVersion(
  "secret",
  { secretId: secret.id, secretString: password.result },
  { provider: east },
);

export const ids = network(scenario);
export const arns = { automatic: automatic.arn, elsewhere: elsewhere.arn };
export const caller = aws.getCallerIdentityOutput({}, { provider: west }).accountId;
export const tagsAll = automatic.tagsAll;
export const generated = password.result;
