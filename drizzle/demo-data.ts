/** An account of the seed. Its password is public: it opens nothing but a local database. */
export interface DemoAccount {
  id: string;
  email: string;
  name: string;
  role: 'fan' | 'organiser';
  password: string;
  /** Made beforehand, since 200 hashes would cost half a minute; a test checks them. */
  passwordHash: string;
}

/** Accounts for people who try Onsale on their machine; the launcher prints them. */
export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  {
    id: '10000000-0000-4000-8000-000000000001',
    email: 'fan@example.com',
    name: 'Asha Rao',
    role: 'fan',
    password: 'onsale-demo-1',
    passwordHash:
      '$scrypt$ln=14,r=8,p=5$b25zYWxlIGRlbW8gZmFuMQ$4LRvD+DYoDIasQw3IaI9Zeh2ECBHvp+iiZJT9gck+QU',
  },
  {
    id: '10000000-0000-4000-8000-000000000002',
    email: 'friend@example.com',
    name: 'Ben Thomas',
    role: 'fan',
    password: 'onsale-demo-2',
    passwordHash:
      '$scrypt$ln=14,r=8,p=5$b25zYWxlIGRlbW8gZmFuMg$z6H7mX1s6/9/uewTk9XsL1t2eb7ELJcAir5QcmmUgJg',
  },
];

/** Looks after the demo events. Only a database on this machine gets it: its password is public. */
export const DEMO_ORGANISER: DemoAccount = {
  id: '10000000-0000-4000-8000-000000000003',
  email: 'organiser@example.com',
  name: 'Meera Iyer',
  role: 'organiser',
  password: 'onsale-organiser-1',
  passwordHash:
    '$scrypt$ln=14,r=8,p=5$b25zYWxlIGRlbW8gb3JnMQ$4ei960uZtxu/EkjgMKYKawo4PDxNObaFJHQz4PVV23s',
};

/** How many crowd accounts there are. */
export const CROWD_SIZE = 200;

/** The `n`-th crowd account (1 to `CROWD_SIZE`), for filling a local queue; all share one password. */
export function crowdAccount(n: number): DemoAccount {
  const digits = String(n).padStart(3, '0');
  return {
    id: `20000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    email: `crowd-${digits}@crowd.onsale.local`,
    name: `Fan ${digits}`,
    role: 'fan',
    password: 'onsale-crowd',
    passwordHash:
      '$scrypt$ln=14,r=8,p=5$b25zYWxlIGNyb3dkIGFsbA$IVArNbuba/HThj/58lsz0Rx2GLUBQMrwfctp19Lf++s',
  };
}
