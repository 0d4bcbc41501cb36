import type { TenantId } from '@switchyard/kernel/ids';
import type { Orchestrator } from '../orchestrator.ts';
import { createFirstTierRouter } from './first-tier-router.ts';
import { type Death, type EpisodeWrite, type MortalWork, mortal } from './killer.ts';
import type { Script } from './scripted-provider.ts';
import type { EpisodeSeen, Stage } from './stage.ts';

export type Story = {
  readonly script: Script;
  readonly useCase: string;
  /** Whether its model may abstain. */
  readonly local?: boolean;
  /** Whether a person approves what waits for it, once nobody holds the episode. */
  readonly approves?: boolean;
  /** The writes of its episode when nobody dies, in their order; pieces of the answer as one. */
  readonly writes: readonly EpisodeWrite[];
};

/** Every point of a story at which a worker can die: each write, before it is made and after it has committed. */
export function deathsIn({ writes }: Story): Death[] {
  const points = writes.map((point, index) => ({
    point,
    nth: writes.slice(0, index + 1).filter((made) => made === point).length,
  }));
  // The second and third piece of the answer as well as the first.
  const pieces = writes.includes('showText') ? [2, 3].map((nth) => ({ point: 'showText' as const, nth })) : [];
  return [...points, ...pieces].flatMap((at) => [
    { ...at, when: 'before' as const },
    { ...at, when: 'after' as const },
  ]);
}

/** How the worker that comes next dies too: at its first or second write, of whatever kind. */
const AGAIN: readonly Death[] = [1, 2].flatMap((nth) => [
  { point: 'any' as const, nth, when: 'before' as const },
  { point: 'any' as const, nth, when: 'after' as const },
]);

/**
 * Two deaths in a row: each of the story, and then one of the worker that takes up what is left. With `all`, each of
 * the ways in which that one can die; else one of them, in turn.
 */
export function pairsOfDeathsIn(story: Story, all: boolean): (readonly [Death, Death])[] {
  // After the last write there is nothing left to take up.
  const firsts = deathsIn(story).filter((death) => !isTheEnd(story, death));
  return firsts.flatMap((first, index) =>
    AGAIN.filter((_, way) => all || way === index % AGAIN.length).map((second) => [first, second] as const),
  );
}

function isTheEnd({ writes }: Story, { point, nth, when }: Death): boolean {
  return when === 'after' && point === writes.at(-1) && nth === writes.filter((made) => made === point).length;
}

/** Runs stories on a stage whose workers die. */
export class Survivor {
  readonly #stage: Stage;
  readonly #tenant: TenantId;
  readonly #workers: Orchestrator[] = [];
  /** Decisions outlive the workers. */
  readonly #router = createFirstTierRouter(['small']);

  constructor(stage: Stage, tenant: TenantId) {
    this.#stage = stage;
    this.#tenant = tenant;
  }

  /** Those of the worker that was started last. */
  writes: readonly EpisodeWrite[] = [];

  async #start({ script, local }: Story, death: Death | null): Promise<MortalWork> {
    const life = mortal(this.#stage.module.episodeWork, death);
    this.writes = life.writes;
    const more = { work: life.work, router: life.guarded(this.#router), pollMs: 10 };
    this.#workers.push(await this.#stage.work({ models: { small: script }, local: local === true ? ['small'] : [], more }));
    return life;
  }

  /** An episode through workers that die one after the other, each restart taking up at once, and one that lives. */
  async survive(story: Story, deaths: readonly Death[]): Promise<EpisodeSeen> {
    const session = await this.#stage.startSession(this.#tenant, story.useCase);
    const id = await this.#stage.send(this.#tenant, session, 'Cancel A-1 and refund it.');
    const over = new AbortController();
    const approving = story.approves === true ? this.#approve(id, over.signal) : null;
    for (const death of deaths) {
      const { dead } = await this.#start(story, death);
      await Promise.race([dead, this.#endedAlive(id, death, dead)]);
      await this.#stage.module.episodeWork.releaseAll();
    }
    await this.#start(story, null);
    const episode = await this.#stage.ended(this.#tenant, id);
    over.abort();
    await approving;
    return episode;
  }

  /** A slow machine shows an answer in fewer pieces; any other point is reached, or the story is not what it says. */
  async #endedAlive(id: string, { point, nth }: Death, dead: Promise<void>): Promise<void> {
    let isDead = false;
    void dead.then(() => {
      isDead = true;
    });
    await this.#stage.ended(this.#tenant, id);
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (!isDead && point !== 'showText') throw new Error(`the episode ended before ${point} ${nth}`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.stop(0)));
  }

  /** Approves what waits as soon as nobody holds the episode. */
  async #approve(episodeId: string, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const { rows } = await this.#stage.admin.query<{ id: string }>(
        `select c.id from sessions.tool_call c join sessions.episode e on e.id = c.episode_id
          where e.id = $1 and c.status = 'AWAITING_APPROVAL' and e.worker_id is null and e.lease_until > now()`,
        [episodeId],
      );
      for (const { id } of rows) await this.#stage.ask(this.#tenant, `mutation { approveToolCall(id: "${id}") { id } }`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
