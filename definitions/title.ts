/** The name that people read: one for all languages, or one for each. */
export type Title = string | { readonly en?: string; readonly zh?: string };
