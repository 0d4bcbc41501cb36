import { Decimal, sum } from '@switchyard/kernel/decimal';
import { type EpisodeId, parseId, type ToolCallId } from '@switchyard/kernel/ids';
import { moneyText } from '@switchyard/kernel/money';
import { requireTenant } from '@switchyard/kernel/request-context';
import { type Context, existing } from '../context.ts';
import type { Plan } from '../domain/plan.ts';
import { costOf } from '../domain/rating.ts';
import { type PlanSchedule, stretchAt } from '../domain/stretch.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import type { UsageRecordRow } from '../store/entities.ts';

/** Episodes and tool calls live in another subgraph; here an id that is not the tenant's own has no usage, and costs nothing. */
export const episodeResolvers: Pick<Resolvers, 'Episode' | 'ToolCall'> = {
  Episode: {
    usage: async ({ id }, _, context) => await usageOfEpisode(id, context),
    cost: async ({ id }, _, context) => {
      const records = await usageOfEpisode(id, context);
      const plan = await planAt(context, records[0]?.periodStart ?? context.clock.now());
      const costs = await Promise.all(records.map((record) => costOfRecord(record, context)));
      return moneyText({ amount: sum(costs), currency: plan.currency });
    },
  },
  ToolCall: {
    usage: async ({ id }, _, { request, loaders }) => {
      requireTenant(request, 'BILLING_READ');
      const toolCallId = parseId<ToolCallId>(id);
      return toolCallId === null ? [] : await loaders.usageOfToolCall.load(toolCallId);
    },
  },
};

async function usageOfEpisode(id: string, { request, loaders }: Context): Promise<UsageRecordRow[]> {
  requireTenant(request, 'BILLING_READ');
  const episodeId = parseId<EpisodeId>(id);
  return episodeId === null ? [] : await loaders.usageOfEpisode.load(episodeId);
}

/** By the plan that held when it was used. */
async function costOfRecord({ meter, counted, runningTotal, periodStart }: UsageRecordRow, context: Context): Promise<Decimal> {
  const stretch = stretchAt(await ownSchedule(context), periodStart);
  const record = { meter, quantity: new Decimal(counted), runningTotal: new Decimal(runningTotal) };
  return costOf(await planAt(context, periodStart), stretch, record);
}

async function planAt(context: Context, at: Date): Promise<Plan> {
  const { planId } = stretchAt(await ownSchedule(context), at);
  return existing(await context.loaders.plan.load(planId), 'plan');
}

async function ownSchedule({ request, loaders }: Context): Promise<PlanSchedule> {
  return await loaders.schedule.load(requireTenant(request, 'BILLING_READ'));
}
