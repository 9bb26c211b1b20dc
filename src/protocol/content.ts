/** How early the content check refuses. There is no level below `standard`, and none that turns the check off. */
export const contentSensitivities = ['standard', 'strict'] as const;
export type ContentSensitivity = (typeof contentSensitivities)[number];
