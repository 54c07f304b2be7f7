export { SharePage as default } from '@/components/share/share-page'
