/** What has to be in an account before the platform. Reads as its table of contents. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { defaultTags } from "../cloud/tags.ts";
import { Baseline } from "./baseline.ts";
import { Pipelines } from "./pipelines.ts";
import type { BootstrapSettings } from "./settings.ts";
import { State } from "./state.ts";

export interface BootstrapArgs {
  /** The stack's name, for the tags. */
  stack: string;
  settings: BootstrapSettings;
}

export class Bootstrap extends pulumi.ComponentResource {
  readonly state: State;
  /** ARNs of the roles of pipelines, by environment and purpose, such as `dev-deploy`. */
  readonly roles: Pipelines["roles"];
  /** Ids of the accounts that were made, by name. */
  readonly accountIds: Readonly<Record<string, pulumi.Output<string>>>;

  /** @param name starts the names of everything, such as `keelson` */
  constructor(name: string, { stack, settings }: BootstrapArgs) {
    super("keelson:bootstrap:Bootstrap", name);
    const child = { parent: this, providers: [this.#provider(name, stack, settings)] };
    this.state = new State(`${name}-state`, settings, child);
    new Baseline(`${name}-baseline`, settings, child);
    this.roles = this.#pipelines(`${name}-pipelines`, settings, child);
    this.accountIds = this.#accounts(name, settings, child);
    this.registerOutputs();
  }

  /** Credentials of another account are refused before anything is made there. */
  #provider(name: string, stack: string, { account, region }: BootstrapSettings): aws.Provider {
    return new aws.Provider(
      name,
      {
        region,
        allowedAccountIds: [account],
        defaultTags: { tags: defaultTags(`bootstrap-${stack}`, "bootstrap") },
      },
      { parent: this },
    );
  }

  #pipelines(
    name: string,
    { repository, ...settings }: BootstrapSettings,
    options: pulumi.ComponentResourceOptions,
  ): Pipelines["roles"] {
    if (!repository || settings.environments.length === 0) return {};
    const { account, regions, environments, oidcProviderArn } = settings;
    const { bucketArn: stateBucketArn, keyArn: stateKeyArn } = this.state;
    const to = { account, regions, environments, repository, stateBucketArn, stateKeyArn };
    return new Pipelines(name, { ...to, ...(oidcProviderArn && { oidcProviderArn }) }, options).roles;
  }

  #accounts(name: string, { accounts }: BootstrapSettings, { providers }: { providers: aws.Provider[] }) {
    const [provider] = providers;
    const pairs = accounts.map((account) => {
      const made = new aws.organizations.Account(
        `${name}-account-${account.name.replaceAll(" ", "-")}`,
        { name: account.name, email: account.email },
        { parent: this, protect: true, ...(provider && { provider }) },
      );
      return [account.name, made.id] as const;
    });
    return Object.fromEntries(pairs);
  }
}
