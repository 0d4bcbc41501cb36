import { ModelError } from '@switchyard/models/model';
import type { EpisodeWrite } from './killer.ts';
import { call, said, say, stop, toolResults } from './scripted-provider.ts';
import type { Story } from './survivor.ts';

export const ANSWER = 'Cancelled and refunded: order A-1 is settled.';
export const TOOLS = ['cancel_order', 'refund', 'note'];
const ALL_THREE = [...TOOLS.map((tool, index) => call(String(index), tool, { id: 'A-1' })), stop('tool-calls')];
const CALL: readonly EpisodeWrite[] = ['startToolAttempt', 'finishToolCall'];
const MODEL: readonly EpisodeWrite[] = ['decide', 'startModelCall'];
const ASKED: readonly EpisodeWrite[] = ['claim', 'takeUp', ...MODEL, 'finishModelCall'];

/** Three side effects, then an answer that comes slowly enough to be shown in pieces. */
export const ORDER: Story = {
  useCase: 'ORDER',
  script: (request) => (toolResults(request).length === 0 ? ALL_THREE : say(ANSWER, 30)),
  writes: [...ASKED, ...CALL, ...CALL, ...CALL, ...MODEL, 'showText', 'finishModelCall'],
};

/** Three side effects, then no model that goes on: all of them are undone. */
export const UNDONE: Story = {
  useCase: 'ORDER',
  script: (request) => (toolResults(request).length === 0 ? ALL_THREE : [new ModelError('refused', 'no')]),
  writes: [
    ...ASKED,
    ...[...CALL, ...CALL, ...CALL],
    ...MODEL,
    ...(['finishModelCall', 'complete'] as const),
    ...[...CALL, ...CALL, ...CALL],
    'complete',
  ],
};

export const UNSURE: Story = {
  useCase: 'FAQ',
  local: true,
  script: () => [said('I do not know that.'), stop('abstained')],
  writes: [...ASKED, 'complete'],
};

/** One side effect that a person has to approve. */
export const APPROVED: Story = {
  useCase: 'ORDER',
  approves: true,
  script: (request) =>
    toolResults(request).length === 0 ? [call('a', 'pay', { id: 'A-1' }), stop('tool-calls')] : say('Paid.', 5),
  writes: [...ASKED, 'park', 'claim', 'takeUp', ...CALL, ...MODEL, 'finishModelCall'],
};
