/** What a stand-in knows of one Pulumi type beyond what the AWS service specification says of it. */
import type { Mistake } from "../../../validate.ts";

/** Properties of a resource, as plain values: no secret wrappers, no outputs. */
export type Properties = Readonly<Record<string, unknown>>;

/** What a change of a property does, where the specification does not say or the provider differs from it. */
export interface Behaviour {
  readonly change: "replace" | "update";
  /** Where it is documented, an address. */
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
  /** Whether the provider makes one of the logical name and seven random digits where none is given. */
  readonly automatic: boolean;
}

/** A resource that the stand-in made and that was not deleted. */
export interface LivingResource {
  /** Such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  readonly urn: string;
  readonly id: string;
  readonly region: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
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
}

/** One row of the table. */
export interface AwsType {
  /** Its type in the specification. Absent where CloudFormation lacks it; then `properties` tells every one. */
  readonly specification?: string;
  /**
   * Properties that are not the specification's name in camel case: that name, or how a change behaves.
   * A dotted path (`vpcConfig.subnetIds`, without list indexes) speaks of a property within a property.
   */
  readonly properties?: Readonly<Record<string, string | Behaviour>>;
  /** Required properties, beside those that the specification requires. */
  readonly required?: readonly string[];
  /** Properties that the specification requires and the provider does not, with the address that says so. */
  readonly optional?: Readonly<Record<string, string>>;
  readonly physicalName?: PhysicalName;
  readonly id: (resource: NewResource) => string;
  /** Properties that the provider computes: unknown in the preview of a create. */
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
