export { NodesPage as default } from '@/components/node/nodes-page'
