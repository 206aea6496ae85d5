/** What a stand-in knows of one Pulumi type beyond what the AWS service specification says of it. */
import type { Mistake } from "../../../validate.ts";
import type { Properties } from "../protocol.ts";
import type { LivingResource } from "../world.ts";

export type { LivingResource, Properties };

/** What a change of a property does, where the specification does not say or the provider differs from it. */
export interface Behaviour {
  readonly change: "replace" | "update";
  /** Where it is documented, an address. */
  readonly source: string;
  /** The specification's name, where that is not the property's in camel case. */
  readonly name?: string;
  /** The values it may have, where the provider's are not the specification's. */
  readonly allowed?: readonly unknown[];
}

/** A fact of the provider, with the address where it is documented. */
export interface Documented<T> {
  readonly value: T;
  readonly source: string;
}

/** The name AWS knows a resource by. */
export interface PhysicalName {
  /** The property that holds it. */
  readonly property: string;
  /** Its most characters. */
  readonly limit: number;
  readonly pattern: RegExp;
  /** Among what it has to be the only one of its type. */
  readonly unique: "account" | "region";
  /** Where it need only be the one with that name within another resource: the property that names that. */
  readonly within?: string;
  /** Whether the provider makes one of the logical name and seven random digits where none is given. */
  readonly automatic: boolean;
  /** What a name that the provider makes starts with, such as `alias/`; default nothing. */
  readonly prefix?: string;
}

/** A resource about to be made, with what its computed properties can be made of. */
export interface NewResource {
  /** Its logical name. */
  readonly name: string;
  readonly inputs: Properties;
  /** Empty before it is made; what it was, when it is updated. */
  readonly previous: Properties;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  /** The same digits each time for the same resource, others for its replacement. */
  hex(length: number): string;
  /** The living resource of this type whose id, ARN or physical name is `reference`. */
  find(type: string, reference: unknown): LivingResource | undefined;
  /** Every living resource of this type in this region. */
  living(type: string): readonly LivingResource[];
}

/** One row of the table. */
export interface AwsType {
  /** Its type in the specification. Absent where CloudFormation lacks it; then `properties` tells every one. */
  readonly specification?: string;
  /**
   * Properties that are not the specification's name in camel case: that name, or how a change behaves.
   * A dotted path (`vpcConfig.subnetIds`, without list indexes) speaks of a property within a property. A
   * name may be dotted as well (`LaunchTemplateData.ImageId`), from where the property stands or from the top.
   */
  readonly properties?: Readonly<Record<string, string | Behaviour>>;
  /** Required properties, beside those that the specification requires. */
  readonly required?: readonly string[];
  /** Properties that the specification requires and the provider does not, with the address that says so. */
  readonly optional?: Readonly<Record<string, string>>;
  readonly physicalName?: PhysicalName;
  /** Says that the provider deletes it before it makes its replacement, whatever its name: the address. */
  readonly deletedFirst?: string;
  /** Whether the provider gives it `tags` and `tagsAll`, where the specification says otherwise. */
  readonly taggable?: Documented<boolean>;
  /**
   * Paths of lists of plain values whose order matters, with the address that says so. All others are
   * compared as sets, which most of the provider's are.
   */
  readonly ordered?: Readonly<Record<string, string>>;
  readonly id: (resource: NewResource) => string;
  /**
   * Properties that the provider computes: unknown in the preview of a create. A dotted path
   * (`vpcConfig.clusterSecurityGroupId`) is a part of a property that is given otherwise.
   */
  readonly computed?: Readonly<Record<string, (resource: NewResource) => unknown>>;
  /** Computed properties that any update makes anew: unknown in its preview as well. */
  readonly renewed?: readonly string[];
  /** Paths of inputs that name, by id, ARN or name, what cannot be deleted while this resource lives. */
  readonly holds?: readonly string[];
  /** What AWS would refuse when it is made or updated; unknown inputs are absent from `inputs`. */
  readonly refuse?: (resource: NewResource) => readonly Mistake[];
  /** Why AWS would not delete it as it is. */
  readonly undeletable?: (resource: LivingResource) => string | undefined;
}

/** Rows of the table, by Pulumi type. */
export type AwsTypes = Readonly<Record<string, AwsType>>;
