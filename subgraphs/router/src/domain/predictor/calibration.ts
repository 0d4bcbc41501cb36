/** Turns log-odds into probabilities that mean what they say: sigmoid(slope · logit + shift). A temperature has shift 0. */
export type Calibration = { readonly method: 'none' | 'temperature' | 'platt'; readonly slope: number; readonly shift: number };

export const UNCALIBRATED: Calibration = { method: 'none', slope: 1, shift: 0 };

export function calibrated({ slope, shift }: Calibration, logit: number): number {
  return 1 / (1 + Math.exp(-(slope * logit + shift)));
}
