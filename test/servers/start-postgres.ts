/** A process of its own that starts a private PostgreSQL in the folder named as argument, says so, and stays. */
import { startPrivatePostgres } from '../../adapters/storage/index.ts';

const server = await startPrivatePostgres({ folder: process.argv[2] ?? '', durable: false });
console.log(JSON.stringify({ url: server.url, pid: server.pid(), dataFolder: server.dataFolder }));
process.stdin.resume();
process.stdin.once('end', () => void server.stop().then(() => process.exit(0)));
