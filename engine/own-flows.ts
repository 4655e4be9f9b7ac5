/** The flows that Milepost brings along. What their rules say stands in English and then in Chinese, in one text. */

/** Milepost itself. */
export const OWN_FLOW = 'milepost';
/** The flow whose instances are channels; their keys are the channels' names. */
export const CHANNEL_FLOW = 'milepost-channel';
