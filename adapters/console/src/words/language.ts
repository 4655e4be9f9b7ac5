/** The languages that the console speaks. */
export type Language = 'en' | 'zh';
