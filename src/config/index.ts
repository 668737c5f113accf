// SPDX-License-Identifier: Apache-2.0
export { announcedListeners, openDataDirectory, type DataDirectory } from './data-directory.ts';
export { formatListen, listenFault, parseListen, type ListenAddress } from './listen.ts';
export { loadConfig, type ConfigSources, type LoadedConfig, type Origin } from './load.ts';
export { configJsonSchema, type BrokerRule, type Config } from './schema.ts';
