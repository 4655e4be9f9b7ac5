/** How bad an alarm is, from the least to the worst. */
export type Severity = 'info' | 'warning' | 'critical';
