import { Decimal, sum } from '@switchyard/kernel/decimal';
import { type EpisodeId, parseId, type ToolCallId } from '@switchyard/kernel/ids';
import { moneyText } from '@switchyard/kernel/money';
import { requireTenant } from '@switchyard/kernel/request-context';
import { type Context, existing } from '../context.ts';
import type { Plan } from '../domain/plan.ts';
import { costOf } from '../domain/rating.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { accountOf } from '../store/accounts.ts';
import type { UsageRecordRow } from '../store/entities.ts';

/** Episodes and tool calls live in another subgraph; here an id that is not the tenant's own has no usage, and costs nothing. */
export const episodeResolvers: Pick<Resolvers, 'Episode' | 'ToolCall'> = {
  Episode: {
    usage: async ({ id }, _, context) => await usageOfEpisode(id, context),
    cost: async ({ id }, _, context) => {
      const records = await usageOfEpisode(id, context);
      const plan = await ownPlan(context);
      return moneyText({ amount: sum(records.map((record) => costOf(plan, placed(record)))), currency: plan.currency });
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

async function ownPlan({ request, loaders, read }: Context): Promise<Plan> {
  const tenantId = requireTenant(request, 'BILLING_READ');
  const account = (await loaders.account.load(tenantId)) ?? (await read((tx) => accountOf(tx, tenantId)));
  return existing(await loaders.plan.load(account.planId), 'plan');
}

function placed({ meter, counted, runningTotal }: UsageRecordRow) {
  return { meter, quantity: new Decimal(counted), runningTotal: new Decimal(runningTotal) };
}
