import type { Tx } from '@switchyard/database/database';
import { badInput, PlatformError } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import { PaymentError } from '@switchyard/payments/payment-error';
import type { PaymentProvider, ProviderName } from '@switchyard/payments/payments';
import { openAccounts } from '../store/accounts.ts';
import { savePaymentMethod } from '../store/collections.ts';

/** The providers that keys were given for. */
export type Providers = Readonly<Partial<Record<ProviderName, PaymentProvider>>>;

/**
 * Gives a tenant a payment method by the provider's token, and tries what is owed with it. The provider is asked within the
 * transaction that keeps the answer: the same idempotency key asks it once. A crash in between leaves a method there that
 * nothing here names.
 * @throws PlatformError BAD_USER_INPUT for a provider without keys or a token that it refuses; UPSTREAM_UNAVAILABLE.
 */
export async function attachPaymentMethod(
  tx: Tx,
  providers: Providers,
  asked: { readonly tenantId: TenantId; readonly provider: ProviderName; readonly token: string; readonly now: Date },
): Promise<void> {
  const { tenantId, provider: name, token, now } = asked;
  const provider = providers[name];
  if (provider === undefined) throw badInput(`This platform has no keys of ${name}. Invoices are collected by hand.`, 'provider');
  if (/^\D*(\d[ -]?){12,19}$/.test(token))
    throw badInput('`token` looks like a card number. Send the token that the provider’s form made.', 'token');
  const { customer, paymentMethod } = await attached(provider, { tenantId, token });
  await openAccounts(tx, [tenantId], now);
  await savePaymentMethod(tx, { tenantId, provider: name, customer, paymentMethod, attachedAt: now });
}

async function attached(provider: PaymentProvider, of: { readonly tenantId: string; readonly token: string }) {
  try {
    const customer = await provider.createCustomer(of);
    return { customer, paymentMethod: await provider.attachPaymentMethod({ customer, token: of.token }) };
  } catch (error) {
    if (!(error instanceof PaymentError)) throw error;
    if (error.code === 'REFUSED') throw badInput(`The provider refused the token: ${error.message}`, 'token');
    throw new PlatformError('UPSTREAM_UNAVAILABLE', { publicMessage: error.message, retriable: true, cause: error });
  }
}
