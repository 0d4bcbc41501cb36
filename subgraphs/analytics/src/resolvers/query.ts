import { badInput } from '@switchyard/kernel/errors';
import { requireScope, requireTenant } from '@switchyard/kernel/request-context';
import { isPercentile } from '../domain/kpis.ts';
import type { Dimension } from '../domain/measures.ts';
import { projectionsOf } from '../domain/projections.ts';
import { type SeriesQuestion, seriesOf } from '../domain/series.ts';
import { countBuckets } from '../domain/time-range.ts';
import type { KpiDimension, QueryResolvers } from '../generated/resolvers.ts';
import { loadCells, loadKpis } from '../store/kpi-store.ts';
import { loadProjectionNews } from '../store/progress-store.ts';
import { askedRange } from './asked-range.ts';

const MAX_POINTS = 10_000;

const DIMENSION_OF: Readonly<Record<KpiDimension, Dimension>> = {
  TIER: 'tier',
  MODEL: 'model',
  USE_CASE: 'useCase',
  TOOL: 'tool',
  ARM: 'arm',
};

export const queryResolvers: QueryResolvers = {
  kpis: async (_root, { range }, { request, database }) => {
    const tenantId = requireTenant(request, 'ANALYTICS_READ');
    const asked = askedRange(range);
    return await database.tenant(tenantId, (tx) => loadKpis(tx, asked));
  },
  kpiSeries: async (_root, args, { request, database }) => {
    const tenantId = requireTenant(request, 'ANALYTICS_READ');
    const question: SeriesQuestion = { metric: args.metric, range: askedRange(args.range), granularity: args.granularity };
    refuseTooMany(countBuckets(question.granularity, question.range));
    const dimensions = [...new Set((args.groupBy ?? []).map((name) => DIMENSION_OF[name]))];
    const asked = { ...question, dimensions, sketches: isPercentile(question.metric) };
    const cells = await database.tenant(tenantId, (tx) => loadCells(tx, asked));
    const series = seriesOf(question, cells, dimensions.length > 0);
    refuseTooMany(series.reduce((sum, { points }) => sum + points.length, 0));
    return series.map(({ key, points }) => ({
      key: [...key],
      points: points.map(({ at, value }) => ({ at: new Date(at).toISOString(), value })),
    }));
  },
  projections: async (_root, _args, { request, database, lag, clock }) => {
    requireScope(request, 'OPERATOR');
    const [lags, news] = [await lag(), await database.crossTenant('operator', loadProjectionNews)];
    return projectionsOf(lags, news, clock.now()).map((state) => ({ ...state, asOf: state.asOf?.toISOString() ?? null }));
  },
};

function refuseTooMany(points: number): void {
  if (points <= MAX_POINTS) return;
  throw badInput(
    `That would be ${points} points, and ${MAX_POINTS} is the limit. Ask for a shorter range, a coarser granularity or fewer dimensions.`,
    'granularity',
  );
}
