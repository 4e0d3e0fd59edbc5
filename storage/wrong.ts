/** What is wrong with a value, in both languages, as zod wants it; whoever shows it finds the Chinese in `params.zh`. */
/** For `refine`. */
export function wrong(
  zh: string,
  en: string,
): { readonly error: string; readonly params: { readonly zh: string } } {
  return { error: en, params: { zh } };
}

/** For `addIssue`. */
export function issue(
  zh: string,
  en: string,
): { readonly code: "custom"; readonly message: string; readonly params: { readonly zh: string } } {
  return { code: "custom", message: en, params: { zh } };
}
