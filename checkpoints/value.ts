/** What a parameter can hold. A parameter that has no value yet, or was reported as null, is `null`. */
export type Value = string | number | boolean;

/** The declared type of a parameter, and what an expression can be known to give. */
export type ValueType = 'string' | 'number' | 'boolean';

/** The declared type of a value: always one of the three, since values are primitives. */
export function typeOfValue(value: Value): ValueType {
  return typeof value as ValueType; // a Value is a string, number or boolean by its type
}
