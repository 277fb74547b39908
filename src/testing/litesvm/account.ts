// An account as LiteSVM's native class.
// Source: litesvm crates/node-litesvm/src/account.rs; for the text, solana-sdk account/src/lib.rs, debug_fmt.

import type * as wire from '../../wire/account.ts';
import { encodeHex } from '../../wire/bytes.ts';
import { PUBKEY_BYTES, Pubkey } from '../../wire/pubkey.ts';
import { bigint, bool, bytes, fail, u64 } from './arguments.ts';
import { attach, defineFields, innerOf, ModuleMade, makeMembersEnumerable, wrap } from './native-object.ts';
import { debugStruct, debugWrapper } from './rust-text.ts';

/** How much of its data an account prints. */
const MAX_DEBUG_ACCOUNT_DATA = 64;

export class Account {
  constructor(lamports: bigint, data: Uint8Array, owner: Uint8Array, executable: boolean, rentEpoch: bigint) {
    // All are looked at for their kind before any is for its size.
    bigint(lamports);
    const copy = bytes(data);
    const ownerBytes = bytes(owner);
    const isExecutable = bool(executable);
    bigint(rentEpoch);
    const balance = u64(lamports);
    if (ownerBytes.length !== PUBKEY_BYTES) fail('could not convert slice to array');
    const inner: wire.Account = {
      lamports: balance,
      data: copy,
      owner: new Pubkey(ownerBytes),
      executable: isExecutable,
      rentEpoch: u64(rentEpoch),
    };
    attach(this, inner);
  }

  lamports(): bigint {
    return innerOf<wire.Account>(this).lamports;
  }

  /** A copy. */
  data(): Uint8Array {
    return innerOf<wire.Account>(this).data.slice();
  }

  /** The 32 bytes of the program's address. */
  owner(): Uint8Array {
    return innerOf<wire.Account>(this).owner.bytes.slice();
  }

  executable(): boolean {
    return innerOf<wire.Account>(this).executable;
  }

  rentEpoch(): bigint {
    return innerOf<wire.Account>(this).rentEpoch;
  }

  toString(): string {
    const { lamports, data, owner, executable, rentEpoch } = innerOf<wire.Account>(this);
    const shown = data.length === 0 ? {} : { data: encodeHex(data.subarray(0, MAX_DEBUG_ACCOUNT_DATA)) };
    const fields = { lamports, 'data.len': data.length, owner, executable, rent_epoch: rentEpoch, ...shown };
    return debugWrapper('Account', debugStruct('Account', fields));
  }
}

export function accountOf(account: Account): wire.Account {
  return innerOf<wire.Account>(account);
}

export function wrapAccount({ lamports, data, owner, executable, rentEpoch }: wire.Account): Account {
  return wrap(Account, { lamports, data, owner, executable, rentEpoch });
}

export class AddressAndAccount extends ModuleMade {
  /** 32 bytes. */
  declare address: Uint8Array;

  account(): Account {
    return wrapAccount(innerOf<{ account: wire.Account }>(this).account);
  }
}

defineFields(AddressAndAccount, { address: bytes });

export function wrapAddressAndAccount(key: Pubkey, account: wire.Account): AddressAndAccount {
  return wrap(AddressAndAccount, { address: key.bytes.slice(), account });
}

makeMembersEnumerable(Account, AddressAndAccount);
