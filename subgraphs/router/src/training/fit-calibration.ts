import { type Calibration, calibrated, UNCALIBRATED } from '../domain/predictor/calibration.ts';

/** Fits both a temperature and Platt's line on out-of-fold log-odds; the one that predicts a half better that it has not seen. */
export function fitCalibration(logits: Float64Array, targets: Float32Array): Calibration {
  const candidates = (['temperature', 'platt'] as const).map((method) => ({ method, loss: crossLoss(method, logits, targets) }));
  const none = { method: 'none' as const, loss: lossOf(UNCALIBRATED, logits, targets, () => true) };
  const best = [none, ...candidates].reduce((a, b) => (b.loss < a.loss ? b : a));
  return best.method === 'none' ? UNCALIBRATED : fit(best.method, logits, targets, () => true);
}

type Half = (row: number) => boolean;

function crossLoss(method: 'temperature' | 'platt', logits: Float64Array, targets: Float32Array): number {
  const even: Half = (row) => row % 2 === 0;
  const odd: Half = (row) => row % 2 === 1;
  return (
    (lossOf(fit(method, logits, targets, even), logits, targets, odd) +
      lossOf(fit(method, logits, targets, odd), logits, targets, even)) /
    2
  );
}

function lossOf(calibration: Calibration, logits: Float64Array, targets: Float32Array, half: Half): number {
  let [sum, rows] = [0, 0];
  for (let row = 0; row < logits.length; row += 1) {
    if (!half(row)) continue;
    const p = Math.min(1 - 1e-9, Math.max(1e-9, calibrated(calibration, logits[row] as number)));
    const target = targets[row] as number;
    sum -= target * Math.log(p) + (1 - target) * Math.log(1 - p);
    rows += 1;
  }
  return sum / Math.max(1, rows);
}

/** Newton's method; both losses are convex. As good as PRIOR rows say that nothing needs to be corrected. */
const PRIOR = 20;

function fit(method: 'temperature' | 'platt', logits: Float64Array, targets: Float32Array, half: Half): Calibration {
  let [slope, shift] = [1, 0];
  for (let step = 0; step < 60; step += 1) {
    let [gs, gb, hss, hsb, hbb] = [PRIOR * (slope - 1), PRIOR * shift, PRIOR, 0, PRIOR];
    for (let row = 0; row < logits.length; row += 1) {
      if (!half(row)) continue;
      const logit = logits[row] as number;
      const p = 1 / (1 + Math.exp(-(slope * logit + shift)));
      const [error, weight] = [p - (targets[row] as number), p * (1 - p)];
      gs += error * logit;
      gb += error;
      hss += weight * logit * logit;
      hsb += weight * logit;
      hbb += weight;
    }
    if (method === 'temperature') slope -= damped(gs / hss);
    else {
      const determinant = hss * hbb - hsb * hsb;
      slope -= damped((hbb * gs - hsb * gb) / determinant);
      shift -= damped((hss * gb - hsb * gs) / determinant);
    }
  }
  const sound = Number.isFinite(slope) && Number.isFinite(shift) && slope > 0;
  return sound ? { method, slope, shift } : UNCALIBRATED;
}

/** Where predictions are saturated, a whole step leaps over the minimum. */
function damped(step: number): number {
  return Math.max(-0.2, Math.min(0.2, step));
}
