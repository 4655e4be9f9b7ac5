export * from './calendar.ts';
export * from './calendar-check.ts';
export { createZone, isZone, type Zone } from './calendar-zone.ts';
export { closest } from './closest.ts';
export { compileDefinitions } from './compile-definitions.ts';
export * from './document.ts';
export * from './expression.ts';
export { compileExpression, expressionReads } from './expression-compile.ts';
export { FUNCTION_NAMES } from './expression-functions.ts';
export { RESERVED_WORDS } from './expression-scan.ts';
export { compileText, printValue } from './expression-text.ts';
export type {
  ExtensionEvent,
  ExtensionFlow,
  ExtensionScope,
  ExtensionStep,
} from './extension-scope.ts';
export { type Condition, type Extensions, type Handler, NO_EXTENSIONS } from './extensions.ts';
export { formatPlace, sortFindings } from './findings.ts';
export * from './flow.ts';
export { type Linked, linkDefinitions } from './link-definitions.ts';
export { alarmNamesOf } from './link-test.ts';
export { linkTests } from './link-tests.ts';
export { type LintOptions, lintDefinitions } from './lint.ts';
export { LINT_CODES, type LintCode } from './lint-codes.ts';
export { createMatcher, MATCH_FIELDS, type Match } from './matcher.ts';
export * from './moment.ts';
export { fillIn, type NoticeField } from './notice-fields.ts';
export * from './place.ts';
export * from './policy.ts';
export { formatFinding, readDefinitions } from './read-definitions.ts';
export { type PlainDocument, plainDocuments } from './read-plain.ts';
export type { ReturnedAction } from './returned-actions.ts';
export { jsonSchemas } from './schema-json.ts';
export * from './scope.ts';
export type { Template } from './template.ts';
export * from './test-case.ts';
export * from './test-document.ts';
export * from './view.ts';
export * from './view-document.ts';
