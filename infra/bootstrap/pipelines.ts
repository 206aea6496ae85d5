/** The way in for pipelines: GitHub vouches for them, so that no key of AWS has to be kept anywhere. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DeployRole } from "../cloud/deploy-role.ts";

export interface PipelinesArgs {
  /** The 12 digits of the account. */
  account: string;
  regions: readonly string[];
  /** Each has a role that deploys and one that previews, which reads only. */
  environments: readonly ("dev" | "staging" | "prod")[];
  /** The GitHub repository whose pipelines may take the roles, as `owner/name`. */
  repository: string;
  /** The OIDC provider of GitHub, where the account has it. Default: it is made. */
  oidcProviderArn?: string;
  stateBucketArn: pulumi.Input<string>;
  stateKeyArn: pulumi.Input<string>;
}

export class Pipelines extends pulumi.ComponentResource {
  /** ARNs of the roles, by environment and purpose, such as `dev-deploy`. */
  readonly roles: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: PipelinesArgs, options?: pulumi.ComponentResourceOptions) {
    super("keelson:bootstrap:Pipelines", name, {}, options);
    const { environments, oidcProviderArn: existing, regions, ...rest } = args;
    const oidcProviderArn = existing ?? this.#oidcProvider(name).arn;
    const pairs = environments.flatMap((environment) =>
      (["deploy", "preview"] as const).map((purpose) => {
        const role = new DeployRole(
          `${name}-${environment}-${purpose}`,
          { ...rest, regions: [...regions], environment, purpose, oidcProviderArn },
          { parent: this },
        );
        return [`${environment}-${purpose}`, role.arn] as const;
      }),
    );
    this.roles = Object.fromEntries(pairs);
    this.registerOutputs();
  }

  #oidcProvider(name: string): aws.iam.OpenIdConnectProvider {
    const provider = {
      url: "https://token.actions.githubusercontent.com",
      clientIdLists: ["sts.amazonaws.com"],
    };
    return new aws.iam.OpenIdConnectProvider(name, provider, { parent: this });
  }
}
