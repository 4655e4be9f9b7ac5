/** Which instances are listed; what is left out filters nothing. */
export interface InstanceFilter {
  readonly flow?: string;
  readonly status?: string;
  readonly health?: string;
  readonly group?: string;
  readonly day?: string;
}

/** Which alarms are listed; what is left out filters nothing. */
export interface AlarmFilter {
  readonly open?: boolean;
  readonly severity?: string;
  readonly group?: string;
  readonly flow?: string;
  readonly key?: string;
  readonly day?: string;
  /** only the consequences of the alarm with this id */
  readonly root?: string;
}
