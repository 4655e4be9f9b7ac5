/** What of these packages is used here: they bring no declarations of their own for it. */
declare module 'bpmn-moddle' {
  export interface ModdleElement {
    readonly $type: string;
    readonly $parent?: ModdleElement;
    readonly $descriptor: {
      readonly properties?: readonly {
        readonly name: string;
        readonly isReference?: boolean;
        readonly isAttr?: boolean;
      }[];
    };
    /** elements that no package describes: their children */
    readonly $children?: readonly ModdleElement[];
    readonly $body?: string;
    get(name: string): unknown;
    set(name: string, value: unknown): void;
  }
  export interface ParseResult {
    readonly rootElement: ModdleElement;
    readonly warnings: readonly { readonly message: string }[];
  }
  export class BpmnModdle {
    constructor(packages?: Readonly<Record<string, unknown>>);
    fromXML(xml: string): Promise<ParseResult>;
    toXML(element: ModdleElement, options?: { readonly format?: boolean }): Promise<{ readonly xml: string }>;
    create(type: string, properties?: Readonly<Record<string, unknown>>): ModdleElement;
  }
}

declare module 'bpmn-auto-layout' {
  export function layoutProcess(xml: string): Promise<string>;
}
