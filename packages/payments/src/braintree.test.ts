import { createBraintree } from './braintree.ts';
import { paymentsContract } from './payments.contract.ts';
import { braintreeDelivery, startBraintreeServer } from './test-support/braintree-server.ts';

const KEYS = { merchantId: 'm', publicKey: 'public', privateKey: 'private' };

paymentsContract('Braintree', async () => {
  const server = await startBraintreeServer();
  const provider = createBraintree({ ...KEYS, environment: 'sandbox', baseUrl: server.url });
  return {
    provider,
    server,
    taken: (invoiceId) =>
      server.sales.filter(({ orderId, status }) => orderId.startsWith(`${invoiceId}:`) && status === 'settled').length,
    delivery: (invoiceId, at) =>
      braintreeDelivery(
        'transaction_settled',
        { id: 't1', type: 'sale', status: 'settled', amount: '12.34', orderId: `${invoiceId}:k`, at, refundIds: [] },
        KEYS,
      ),
    close: () => server.close(),
  };
});
